package io.weir.proxyengine.access;

/**
 * That certain credentials were found right. Immutable; holds no password.
 *
 * @param user whose they are
 * @param fingerprint stands for them
 * @param generation of the users file by which they are right
 */
public record Known(String user, Fingerprint fingerprint, long generation) {}
