/// What the host is asked to do once the step's mutations are durable.
public enum Effect: Hashable, Sendable {
  case placeholder
}
