package io.weir.proxyengine.access;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The users as the file had them at one time. Immutable.
 *
 * <p>A name that is not there costs what one that is there does: its password is compared with somebody's, always the same one's, and is then wrong
 * whatever comes of it. So time tells nobody which names there are.
 *
 * @param generation the how manieth reading of the file it is
 */
record UserTable(long generation, Map<String, PasswordHash> hashes, List<PasswordHash> decoys) {
    /** Nobody's; its password was thrown away. */
    private static final PasswordHash NOBODY =
            BcryptHash.parse("$2y$10$H8XmCNVqDRZZoVsHsfWKg.zHkZ2wUIPpPZF6RPTVWmHUw5xBZqZ0u");

    static UserTable of(long generation, Map<String, PasswordHash> hashes) {
        return new UserTable(
                generation, Map.copyOf(hashes), hashes.isEmpty() ? List.of(NOBODY) : List.copyOf(hashes.values()));
    }

    /**
     * Whether name and password belong together. Slow.
     *
     * @param any a number that belongs to the name and that nobody outside can tell
     */
    boolean matches(Credentials credentials, int any) {
        @Nullable PasswordHash own = hashes.get(credentials.name());
        PasswordHash compared = own != null ? own : decoys.get(Math.floorMod(any, decoys.size()));
        return compared.matches(credentials.password()) && own != null;
    }
}
