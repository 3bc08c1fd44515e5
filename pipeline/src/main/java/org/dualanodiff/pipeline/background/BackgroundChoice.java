package org.dualanodiff.pipeline.background;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.mask.ObjectMask;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.GoodImages;

/**
 * Decides for each category whether background compensation is used, and with which object masks: those of a folder if
 * one is given, else automatic ones if the good images allow them.
 */
public final class BackgroundChoice {

    private final PipelineConfig.Background config;
    private final DatasetFiles files;

    public BackgroundChoice(PipelineConfig.Background config, DatasetFiles files) {
        this.config = config;
        this.files = files;
    }

    /**
     * @return empty where it is off, or where {@code auto} finds no mask to trust
     * @throws DatasetException if it is {@code on} and there is no mask to trust, with the reason
     */
    public Optional<BackgroundSource> of(GoodImages good) {
        String setting = config.settingOf(good.category());
        if (setting.equals("off")) {
            return Optional.empty();
        }
        if (good.training().isEmpty()) {
            return none(setting, good.category(), "it has no good images in train/good");
        }
        if (!config.objectMasks().isBlank()) {
            return Optional.of(new BackgroundSource(mode(), good.category(), good.training(), folder()));
        }
        BackgroundSource automatic = new BackgroundSource(mode(), good.category(), good.training(), null);
        try {
            ObjectMask.Learned learned = ObjectMask.learn(automatic.read(files, BackgroundSource.LEARNED_FROM));
            return learned.mask().isPresent()
                    ? Optional.of(automatic)
                    : none(setting, good.category(), learned.reason());
        } catch (IOException e) {
            return none(setting, good.category(), "its good images cannot be read: " + e.getMessage());
        }
    }

    private static Optional<BackgroundSource> none(String setting, String category, String reason) {
        if (setting.equals("on")) {
            throw new DatasetException(
                    "background compensation is on for %s, but there is no object mask to trust: %s; give background.object-masks, or auto or off"
                            .formatted(category, reason));
        }
        return Optional.empty();
    }

    private BackgroundMode mode() {
        return config.scaledLatent() ? BackgroundMode.SCALED : BackgroundMode.UNSCALED;
    }

    private URI folder() {
        String folder = config.objectMasks();
        return folder.matches("[A-Za-z][A-Za-z0-9+.-]+:/.*")
                ? URI.create(folder.replaceFirst("/$", ""))
                : URI.create(
                        new File(folder).getAbsoluteFile().toURI().toString().replaceFirst("/$", ""));
    }
}
