package io.weir.replaytool.traffic;

/**
 * Something in which an answer differs from the recorded one. Immutable; hostile text.
 *
 * @param kind {@code status}, {@code field} or {@code body}
 * @param name the field's; empty for the others
 * @param recorded what it was; empty if there was none
 * @param found what it is; empty if there is none
 */
public record Difference(String kind, String name, String recorded, String found) {}
