/**
 * Who may use the proxy: the users file, its hashes, and the checking of passwords. Entry points: {@link
 * io.weir.proxyengine.access.PasswordChecker}, of which each event loop has a {@link io.weir.proxyengine.access.Desk}, and {@link
 * io.weir.proxyengine.access.UsersEditor} for who changes the file. Knows no sockets, no sessions and no events.
 *
 * <p>Nothing here blocks an event loop: hashes are computed, and the file is read, on {@code weir-auth-N}, whose queue is bounded. A loop
 * itself computes one HMAC and looks it up, or a shorter hash where a connection repeats what was right.
 */
@NullMarked
package io.weir.proxyengine.access;

import org.jspecify.annotations.NullMarked;
