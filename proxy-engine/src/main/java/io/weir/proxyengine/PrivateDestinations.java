package io.weir.proxyengine;

/** Whether clients may go to loopback and private addresses. */
public enum PrivateDestinations {
    /** Only while every listener is on loopback, and has been since the start: then whoever can reach the proxy could reach them without it. */
    AUTO,
    /** They may, and so may whoever reaches the proxy. */
    ALLOW,
    /** They may not. */
    REFUSE
}
