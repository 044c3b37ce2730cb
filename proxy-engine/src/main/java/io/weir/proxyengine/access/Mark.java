package io.weir.proxyengine.access;

/**
 * Stands for what a client has sent to say who it is, as it came. Only the {@link Desk} that has made it knows it again. Immutable; holds no password.
 *
 * @param fingerprint under that desk's own key
 */
public record Mark(Fingerprint fingerprint) {}
