package io.weir.proxyengine.bodies;

/**
 * What became of a body. Immutable.
 *
 * @param sha256 its name in the store, in lower-case hex; empty if it is not stored
 * @param bytes its length, as far as it came
 * @param note why it is not stored; empty if it is, or if it has no bytes
 */
public record StoredBody(String sha256, long bytes, String note) {}
