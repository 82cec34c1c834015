print("adce-sim")
