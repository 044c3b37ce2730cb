package io.weir.proxyengine;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Who may use the proxy. Immutable, and checked.
 *
 * @param users the file with their names and hashes
 * @param exempt from where nobody has to say who it is
 * @param realm what a client shows to whom it asks for name and password
 */
public record AccessConfig(Path users, List<Network> exempt, String realm) {
    /** The realm if none is given. */
    public static final String REALM = "Weir";

    /**
     * Checks.
     *
     * @throws EngineException naming what is wrong
     */
    public AccessConfig {
        exempt = List.copyOf(exempt);
        if (!realm.matches("[ -~&&[^\"\\\\]]{1,128}")) {
            throw new EngineException(
                    "the realm has 1 to 128 printable ASCII characters, none of them a quotation mark or a backslash");
        }
    }

    /** Whether a client must say who it is. */
    boolean asks(Caller caller) {
        if (!caller.user().isEmpty()) {
            return false; // its certificate has said so
        }
        for (Network each : exempt) {
            if (each.contains(caller.address().getAddress())) {
                return false;
            }
        }
        return true;
    }

    /** Whether nobody of IPv4, or nobody of IPv6, is asked. */
    public boolean exemptsEverybody() {
        return covers(4) || covers(16);
    }

    /** Networks lie in one another or apart, so the outermost ones' sizes add up. */
    private boolean covers(int addressBytes) {
        BigInteger covered = BigInteger.ZERO;
        for (Network each : Set.copyOf(exempt)) {
            if (each.address().getAddress().length == addressBytes && isOutermost(each)) {
                covered = covered.add(BigInteger.ONE.shiftLeft(addressBytes * 8 - each.prefixBits()));
            }
        }
        return covered.equals(BigInteger.ONE.shiftLeft(addressBytes * 8));
    }

    private boolean isOutermost(Network network) {
        return exempt.stream()
                .noneMatch(each -> each.prefixBits() < network.prefixBits() && each.contains(network.address()));
    }

    /**
     * Reads the users and forgets them again.
     *
     * @throws EngineException naming all faults of the file
     */
    public void check() {
        Users opened = Users.open(this, null);
        if (opened != null) {
            opened.close();
        }
    }
}
