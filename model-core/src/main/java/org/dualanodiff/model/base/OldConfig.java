package org.dualanodiff.model.base;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What diffusers repairs when it opens a Stable Diffusion directory, because early conversions wrote it wrongly.
 *
 * <p>Source: diffusers, {@code StableDiffusionPipeline.__init__}.
 */
final class OldConfig {
    static final String UNET = "unet/config.json";
    static final String SCHEDULER = "scheduler/scheduler_config.json";

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    /** Versions of diffusers below 0.9 wrote half of the size. */
    private static final int RIGHT_SINCE = 9;

    private static final int SAMPLE_SIZE = 64;

    private OldConfig() {}

    /**
     * Repairs a configuration in place.
     *
     * @param name of the file in the model's directory
     * @return what was repaired, each a sentence
     */
    static List<String> repair(String name, JsonObject json) {
        return switch (name) {
            case UNET -> unet(json);
            case SCHEDULER -> scheduler(json);
            default -> List.of();
        };
    }

    private static List<String> unet(JsonObject json) {
        int size = number(json, "sample_size", SAMPLE_SIZE, SAMPLE_SIZE);
        if (size >= SAMPLE_SIZE || !isOld(json.get("_diffusers_version"))) {
            return List.of();
        }
        json.addProperty("sample_size", SAMPLE_SIZE);
        return List.of("sample_size %d, written by diffusers %s, is taken for %d, as diffusers does"
                .formatted(size, json.get("_diffusers_version").getAsString(), SAMPLE_SIZE));
    }

    private static boolean isOld(JsonElement version) {
        Matcher parts = VERSION.matcher(version != null && version.isJsonPrimitive() ? version.getAsString() : "");
        return parts.matches()
                && parts.group(1).equals("0")
                && parts.group(2).length() == 1
                && parts.group(2).charAt(0) - '0' < RIGHT_SINCE;
    }

    private static List<String> scheduler(JsonObject json) {
        List<String> repairs = new ArrayList<>();
        int offset = number(json, "steps_offset", 0, 1);
        if (offset != 1) {
            json.addProperty("steps_offset", 1);
            repairs.add("steps_offset %d is taken for 1, as diffusers does".formatted(offset));
        }
        JsonElement clip = json.get("clip_sample");
        if (clip != null && clip.isJsonPrimitive() && clip.getAsString().equals("true")) {
            json.addProperty("clip_sample", false);
            repairs.add("clip_sample true is taken for false, as diffusers does");
        }
        return repairs;
    }

    /** What is no number counts as right: the reader of the configuration refuses it. */
    private static int number(JsonObject json, String key, int absent, int right) {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            return absent;
        }
        boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        return number ? (int) value.getAsDouble() : right;
    }
}
