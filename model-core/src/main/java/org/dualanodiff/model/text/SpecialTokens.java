package org.dualanodiff.model.text;

/**
 * What frames a prompt.
 *
 * @param start id of the start token
 * @param end id of the end token
 * @param pad id that fills up to {@code maxLength}
 * @param maxLength ids in an encoded prompt
 */
record SpecialTokens(long start, long end, long pad, int maxLength) {}
