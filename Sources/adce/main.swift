print("adce")
