package io.weir.proxyengine.rules;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules as their description says, one string after the other: slow, and nothing in common with {@link Rules}. For values that are well-formed. */
final class NaiveRules {
    private final RuleSet set;
    private final Path folder;

    NaiveRules(RuleSet set, Path folder) {
        this.set = set;
        this.folder = folder;
    }

    /** What a client asks for, as plain values. */
    record Facts(
            Scheme scheme,
            String method,
            String host,
            int port,
            String user,
            String client,
            String listener,
            String address) {
        Asked asked() {
            return new Asked(scheme, method, host, port, user, inet(client), listener);
        }
    }

    static InetAddress inet(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(literal, e);
        }
    }

    /** The first rule that decides when the address is known; null if there is none. */
    @Nullable Rule decides(Facts facts) throws Exception {
        for (Rule rule : set.rules()) {
            boolean all = true;
            for (Condition each : rule.conditions()) {
                all &= holds(each, facts);
            }
            if (all) {
                return rule;
            }
        }
        return null;
    }

    private boolean holds(Condition condition, Facts facts) throws Exception {
        boolean any = false;
        for (String value : condition.values()) {
            any |= holds(condition.subject(), value, facts);
        }
        return any != condition.negated();
    }

    private boolean holds(Subject subject, String value, Facts facts) throws Exception {
        return switch (subject) {
            case HOST -> value.startsWith("list:") ? nameListed(value, facts.host()) : host(value, facts.host());
            case ADDRESS ->
                value.startsWith("list:") ? listed(value, facts.address()) : contains(value, facts.address());
            case CLIENT -> value.startsWith("list:") ? listed(value, facts.client()) : contains(value, facts.client());
            case PORT -> {
                String[] ends = value.split("-", -1);
                yield facts.port() >= Integer.parseInt(ends[0])
                        && facts.port() <= Integer.parseInt(ends[ends.length - 1]);
            }
            case SCHEME -> facts.scheme().word().equals(value);
            case METHOD -> facts.method().equalsIgnoreCase(value);
            case USER -> facts.user().equals(value);
            case LISTENER -> facts.listener().equals(value);
        };
    }

    static String plain(String host) {
        String plain = host.toLowerCase(Locale.ROOT).replace("[", "").replace("]", "");
        return plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
    }

    private static boolean host(String value, String asked) {
        String host = plain(asked);
        if (value.startsWith("/")) {
            return Pattern.compile(value.substring(1, value.length() - 1), Pattern.CASE_INSENSITIVE)
                    .matcher(host)
                    .find();
        }
        if (value.indexOf(':') >= 0) {
            return host.indexOf(':') >= 0 && inet(plain(value)).equals(inet(host));
        }
        String pattern = plain(value);
        if (pattern.startsWith(".")) {
            return host.equals(pattern.substring(1)) || host.endsWith(pattern);
        }
        if (pattern.startsWith("*.") && pattern.indexOf('*', 1) < 0) {
            return host.endsWith(pattern.substring(1));
        }
        return host.matches(pattern.replace(".", "\\.").replace("*", ".*"));
    }

    private List<String> lines(String value) throws Exception {
        return Files.readAllLines(folder.resolve(value.substring("list:".length())));
    }

    private boolean nameListed(String value, String host) throws Exception {
        for (String line : lines(value)) {
            String[] words = line.split(" ", -1);
            boolean isNetwork = words[0].matches("[0-9./]+") || words[0].indexOf(':') >= 0;
            for (int i = 1; i < words.length; i++) {
                if (plain(host).equals(words[i])) {
                    return true;
                }
            }
            if (!isNetwork && host(words[0].startsWith("*") ? words[0] : "." + words[0], host)) {
                return true;
            }
        }
        return false;
    }

    private boolean listed(String value, String address) throws Exception {
        for (String line : lines(value)) {
            boolean isNetwork = line.matches("[0-9./]+") || line.indexOf(':') >= 0;
            if (isNetwork && contains(line, address)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(String network, String address) {
        String[] parts = network.split("/", -1);
        byte[] mine = inet(parts[0]).getAddress();
        byte[] other = inet(address).getAddress();
        int bits = parts.length == 1 ? mine.length * 8 : Integer.parseInt(parts[1]);
        int rest = mine.length * 8 - bits;
        return mine.length == other.length
                && new BigInteger(1, mine).shiftRight(rest).equals(new BigInteger(1, other).shiftRight(rest));
    }
}
