package org.dualanodiff.pipeline.background;

import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.pipeline.NearestName;
import org.dualanodiff.pipeline.background.BackgroundSource.FromFolder;
import org.dualanodiff.pipeline.background.BackgroundSource.MaskFolder;
import org.dualanodiff.pipeline.config.PipelineConfig.BackgroundConfig;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
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

    /** What to tell of categories that the settings name and a data set does not have: one misspelt goes without compensation. */
    public List<String> unknown(Collection<String> categories) {
        return config.named().stream()
                .filter(name -> !categories.contains(name))
                .map(name -> "background.on, auto or off names the category \"%s\", which the data set does not have%s"
                        .formatted(
                                name,
                                NearestName.of(name, categories)
                                        .map("; did you mean \"%s\"?"::formatted)
                                        .orElse("")))
                .toList();
    }

    /**
     * @param others images that object masks are needed of, besides the backgrounds of pairs
     * @return empty where it is off, or where {@code auto} finds no mask to trust; why is logged
     * @throws DatasetException if it is {@code on} and there is no mask to trust, if a folder has masks of some of
     *     the images that are looked at and not of all, or if images cannot be reached to decide, with the reason
     */
    public Optional<BackgroundSource> of(GoodImages good, List<URI> others) {
        String setting = config.settingOf(good.category());
        if (setting.equals("off")) {
            return Optional.empty();
        }
        if (good.training().isEmpty()) {
            return none(setting, good.category(), "it has no good images in train/good");
        }
        try {
            return config.objectMasks().isBlank() ? automatic(setting, good) : fromFolder(setting, good, others);
        } catch (UnreadableImageException e) {
            return none(setting, good.category(), e.getMessage());
        } catch (IOException e) {
            // To go on without compensation would be another run, for a network's sake.
            throw new DatasetException(
                    "object masks of %s cannot be looked for: %s".formatted(good.category(), e.getMessage()), e);
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
    private Optional<BackgroundSource> fromFolder(String setting, GoodImages good, List<URI> others)
            throws IOException {
        URI folder = DatasetPath.locate(config.objectMasks()).toUri();
        List<URI> backgrounds = BackgroundSource.backgrounds(good.training());
        List<URI> needed =
                Stream.concat(backgrounds.stream(), others.stream()).distinct().toList();
        Map<URI, String> masks =
                new FromFolder(new MaskFolder(folder, Map.of()), good.category(), files).sha256s(needed);
        List<URI> missing =
                needed.stream().filter(image -> !masks.containsKey(image)).toList();
        if (missing.containsAll(backgrounds)) {
            return none(setting, good.category(), "%s has no masks of its good images".formatted(config.objectMasks()));
        } else if (!missing.isEmpty()) {
            throw new DatasetException("%s lacks %d of the %d object masks that %s needs: %s"
                    .formatted(config.objectMasks(), missing.size(), needed.size(), good.category(), listed(missing)));
        }
        return Optional.of(
                new BackgroundSource(mode(), good.category(), good.training(), new MaskFolder(folder, masks)));
    }

    private static String listed(List<URI> missing) {
        String names = missing.stream()
                .limit(LISTED)
                .map(uri -> uri.getPath().replaceFirst(".*/(?=[^/]*/)", ""))
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
