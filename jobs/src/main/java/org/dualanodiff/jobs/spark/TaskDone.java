package org.dualanodiff.jobs.spark;

import java.io.Serializable;

/**
 * What a task came to.
 *
 * @param result null if it did not begin
 * @param record where and when it worked
 * @param died name of the executor on which an earlier attempt at it ended without a word, which is why this one did not begin;
 *     or null
 */
public record TaskDone<R>(R result, TaskRecord record, String died) implements Serializable {}
