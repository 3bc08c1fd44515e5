package org.dualanodiff.pipeline.background;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.pipeline.background.BackgroundSource.FromFolder;
import org.dualanodiff.pipeline.config.PipelineConfig.BackgroundConfig;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides for each category whether background compensation is used, and with which object masks: those of a folder if
 * one is given, else automatic ones if the good images allow them.
 */
public final class BackgroundChoice {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundChoice.class);
    private static final int LISTED = 10;

    private final BackgroundConfig config;
    private final DatasetFiles files;

    public BackgroundChoice(BackgroundConfig config, DatasetFiles files) {
        this.config = config;
        this.files = files;
    }

    /**
     * @return empty where it is off, or where {@code auto} finds no mask to trust; why is logged
     * @throws DatasetException if it is {@code on} and there is no mask to trust, or if a folder of masks has some of the
     *     category and not all, with the reason
     */
    public Optional<BackgroundSource> of(GoodImages good) {
        String setting = config.settingOf(good.category());
        if (setting.equals("off")) {
            return Optional.empty();
        }
        if (good.training().isEmpty()) {
            return none(setting, good.category(), "it has no good images in train/good");
        }
        try {
            return config.objectMasks().isBlank() ? automatic(setting, good) : fromFolder(setting, good);
        } catch (IOException e) {
            return none(setting, good.category(), "its images cannot be read: " + e.getMessage());
        }
    }

    private Optional<BackgroundSource> automatic(String setting, GoodImages good) throws IOException {
        BackgroundSource source = new BackgroundSource(mode(), good.category(), good.training(), null);
        AutomaticObjectMask.Trust trust = source.trust(files);
        if (trust.mask().isEmpty()) {
            return none(setting, good.category(), trust.reason());
        }
        LOG.info("{}: automatic object masks, {}", good.category(), trust.reason());
        return Optional.of(source);
    }

    /** A category without any mask may be a texture; one with some was begun and not finished. */
    private Optional<BackgroundSource> fromFolder(String setting, GoodImages good) throws IOException {
        URI folder = DatasetPath.locate(config.objectMasks()).toUri();
        BackgroundSource source = new BackgroundSource(mode(), good.category(), good.training(), folder);
        List<URI> missing = new FromFolder(folder, files).missing(source.backgrounds());
        if (missing.size() == source.backgrounds().size()) {
            return none(setting, good.category(), "%s has no masks of its good images".formatted(config.objectMasks()));
        } else if (!missing.isEmpty()) {
            throw new DatasetException("%s lacks %d of the %d object masks that %s needs of its good images: %s"
                    .formatted(
                            config.objectMasks(),
                            missing.size(),
                            source.backgrounds().size(),
                            good.category(),
                            listed(missing)));
        }
        return Optional.of(source);
    }

    private static String listed(List<URI> missing) {
        String names = missing.stream()
                .limit(LISTED)
                .map(uri -> uri.getPath().replaceFirst(".*/", ""))
                .collect(Collectors.joining(", "));
        return missing.size() > LISTED ? names + ", ..." : names;
    }

    private static Optional<BackgroundSource> none(String setting, String category, String reason) {
        if (setting.equals("on")) {
            throw new DatasetException(
                    "background compensation is on for %s, but there is no object mask to trust: %s; give background.object-masks, or auto or off"
                            .formatted(category, reason));
        }
        LOG.info("{}: no background compensation, {}", category, reason);
        return Optional.empty();
    }

    private BackgroundMode mode() {
        return config.scaledLatent() ? BackgroundMode.SCALED : BackgroundMode.UNSCALED;
    }
}
