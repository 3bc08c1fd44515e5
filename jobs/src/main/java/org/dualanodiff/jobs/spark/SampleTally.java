package org.dualanodiff.jobs.spark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.apache.spark.sql.Row;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/** Counts the samples of one unit, row by row; holds no pictures. */
final class SampleTally {

    private final List<Long> accepted = new ArrayList<>();
    private final List<Long> rejected = new ArrayList<>();
    private final DoubleStream.Builder maskShares = DoubleStream.builder();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private long millis;

    void add(Row row) {
        long index = row.getAs("sample_index");
        millis += row.<Long>getAs("millis");
        if (GeneratedSample.Status.ACCEPTED.column().equals(row.getAs("status"))) {
            accepted.add(index);
            maskShares.add(row.<Integer>getAs("mask_area")
                    / ((double) row.<Integer>getAs("width") * row.<Integer>getAs("height")));
        } else {
            rejected.add(index);
            List<String> given = row.getList(row.fieldIndex("reasons"));
            given.forEach(reason -> reasons.merge(reason, 1, Integer::sum));
        }
    }

    int accepted() {
        return accepted.size();
    }

    int rejected() {
        return rejected.size();
    }

    double[] maskShares() {
        return maskShares.build().toArray();
    }

    Map<String, Integer> reasons() {
        return reasons;
    }

    double seconds() {
        return millis / 1000.0;
    }

    List<Long> firstAccepted(int count) {
        return first(accepted, count);
    }

    List<Long> firstRejected(int count) {
        return first(rejected, count);
    }

    private static List<Long> first(List<Long> indices, int count) {
        Collections.sort(indices);
        return indices.subList(0, Math.min(count, indices.size()));
    }
}
