package org.dualanodiff.pipeline.store;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lease files of one run. A lease is taken by creating the file of the next number, which one contender of any number
 * can do; so a takeover, too, has exactly one winner, and a number is never used again.
 */
final class LeaseFiles {
    /** More digits are no lease's: a driver a second would not reach them. */
    private static final Pattern NUMBER = Pattern.compile(".*/(\\d{1,18})\\.json");

    private final ObjectStore store;
    private final String runId;

    LeaseFiles(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /** The record that counts. */
    Optional<LeaseRecord> latest() {
        // A new holder removes its predecessors' files: one may go between listing and reading.
        for (int attempt = 0; attempt < 3; attempt++) {
            long highest = highest();
            Optional<LeaseRecord> record = highest == 0 ? Optional.empty() : read(highest);
            if (highest == 0 || record.isPresent()) {
                return record;
            }
        }
        throw new StoreException(
                "the lease of run %s in %s changes hands too fast to be read".formatted(runId, store.root()));
    }

    /** The highest number there is; 0 if there is none. */
    long highest() {
        return store.list(StoreLayout.leases(runId)).stream()
                .map(StoredFile::key)
                .map(NUMBER::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.parseLong(matcher.group(1)))
                .max(Comparator.naturalOrder())
                .orElse(0L);
    }

    /** Takes the record's number; {@code false} if somebody else has it or a higher one. */
    boolean create(LeaseRecord record) {
        if (!store.createIfAbsent(key(record.number()), Json.bytes(record)) && !isMine(record)) {
            return false;
        }
        // A contender who slept long may have found a number whose file was removed since.
        if (highest() > record.number()) {
            store.delete(key(record.number()));
            return false;
        }
        removeBelow(record.number());
        return true;
    }

    void write(LeaseRecord record) {
        store.write(key(record.number()), Json.bytes(record));
    }

    // The store may have carried out the write although its answer was lost.
    private boolean isMine(LeaseRecord record) {
        return read(record.number())
                .map(there -> there.token().equals(record.token()))
                .orElse(false);
    }

    private Optional<LeaseRecord> read(long number) {
        return store.find(key(number)).map(json -> Json.parse(json, LeaseRecord.class, store.uri(key(number))));
    }

    private void removeBelow(long number) {
        store.deleteFiles(store.list(StoreLayout.leases(runId)).stream()
                .map(StoredFile::key)
                .filter(key -> key.compareTo(key(number)) < 0)
                .toList());
    }

    private String key(long number) {
        return StoreLayout.lease(runId, number);
    }
}
