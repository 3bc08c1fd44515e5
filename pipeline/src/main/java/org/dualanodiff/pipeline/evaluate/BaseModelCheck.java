package org.dualanodiff.pipeline.evaluate;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether base models have seen test images, by the lists in their folders. */
public final class BaseModelCheck {

    private static final Logger LOG = LoggerFactory.getLogger(BaseModelCheck.class);

    private final LeakCheck check;
    private final BaseModelSource models;

    public BaseModelCheck(LeakCheck check, BaseModelSource models) {
        this.check = check;
        this.models = models;
    }

    /**
     * Looks at each model once, whatever its names.
     *
     * @return what cannot be told, a sentence each
     * @throws LeakException naming each test image
     */
    public List<String> refuseLeaks(Collection<Provenance.BaseModel> bases) {
        Map<String, Provenance.BaseModel> byContent = new LinkedHashMap<>();
        bases.forEach(base -> byContent.putIfAbsent(base.sha256(), base));
        return byContent.values().stream()
                .flatMap(base -> refuseLeaks(base).stream())
                .toList();
    }

    private Optional<String> refuseLeaks(Provenance.BaseModel base) {
        Optional<Path> folder = folder(base);
        if (folder.isEmpty()) {
            return unknown(base, "is not on this machine as it was when adapters were trained on it");
        }
        Optional<Map<String, String>> images = BaseModelImages.read(folder.get());
        images.ifPresent(listed -> check.refuseLeaks(base.name(), listed));
        return images.isPresent() ? Optional.empty() : unknown(base, "has no " + BaseModelImages.FILE);
    }

    private static Optional<String> unknown(Provenance.BaseModel base, String why) {
        return Optional.of(
                "the base model %s %s, so nobody checks whether it has seen test images".formatted(base.name(), why));
    }

    /** Empty where there is no such model any more, or another one. */
    private Optional<Path> folder(Provenance.BaseModel base) {
        try {
            ModelFiles found = models.locate(base.name());
            return Optional.of(found)
                    .filter(model -> model.fingerprint().equals(base.sha256()))
                    .map(ModelFiles::root);
        } catch (CheckpointException | IllegalArgumentException | StoreException | UncheckedIOException e) {
            LOG.warn("the base model {} cannot be looked at", base.name(), e);
            return Optional.empty();
        }
    }
}
