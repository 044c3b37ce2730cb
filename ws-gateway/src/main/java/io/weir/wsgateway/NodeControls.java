package io.weir.wsgateway;

/**
 * What clients of the gateway may have done to the node. Immutable.
 *
 * @param sessions closes sessions
 * @param config shows and changes the configuration
 * @param rules shows and tries the rules
 */
public record NodeControls(SessionControl sessions, ConfigControl config, RulesControl rules) {
    /** Only that sessions are closed. */
    public static NodeControls of(SessionControl sessions) {
        return new NodeControls(sessions, ConfigControl.NONE, RulesControl.NONE);
    }
}
