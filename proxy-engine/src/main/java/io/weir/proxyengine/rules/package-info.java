/**
 * Access rules: what a rules file says, and the rule that a request meets. Entry points: {@link
 * io.weir.proxyengine.rules.LiveRules}, the rules in force; {@link io.weir.proxyengine.rules.Rules}, one state of them, compiled; {@link
 * io.weir.proxyengine.rules.RuleSet}, as somebody wrote them. Knows no sockets, no sessions and no events.
 *
 * <p>A request is held against the rules on the loop that has it: no file, no lock, no look-up of a name, and no work that grows with
 * what a client sends. Files are read on {@code weir-rules}.
 */
@NullMarked
package io.weir.proxyengine.rules;

import org.jspecify.annotations.NullMarked;
