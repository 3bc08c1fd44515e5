package org.dualanodiff.pipeline.upkeep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.samples.SampleFileInspector;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;

/** Reads the files on this machine, one after another. */
public final class InspectionHere implements FileInspection {

    private final ObjectStore store;

    public InspectionHere(ObjectStore store) {
        this.store = store;
    }

    @Override
    public List<SampleFileSummary> samples(List<String> keys) {
        return keys.stream().map(this::sample).toList();
    }

    @Override
    public Map<String, FileDigest> digests(List<String> keys) {
        return keys.stream().filter(store::exists).collect(Collectors.toMap(Function.identity(), store::digest));
    }

    private SampleFileSummary sample(String key) {
        try {
            return new SampleFileInspector(store).inspect(key);
        } catch (StoreException e) {
            if (store.exists(key)) {
                throw e;
            }
            return SampleFileSummary.unreadable(key, new FileDigest("", 0), "it was there a moment ago and is not");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy %s to this machine to read it".formatted(store.uri(key)), e);
        }
    }
}
