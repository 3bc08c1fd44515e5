package org.dualanodiff.pipeline.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.base.BaseModelSource.Builtin;
import org.dualanodiff.pipeline.evaluate.LeakCheck.BaseModelImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseModelSourceTest {

    @TempDir
    private Path folder;

    @Test
    void source_ofTheBuiltinSmallBase_givesAWholeModelWithAStartingAdapter() throws IOException {
        ModelFiles small = new BaseModelSource(new LocalCache(folder), Map.of()).locate("builtin:small");

        small.requireComplete();
        assertThat(small.resolution()).isEqualTo(128);
        assertThat(small.startingAdapter())
                .hasValueSatisfying(file -> assertThat(AdapterFile.rank(file)).isEqualTo(16));
        assertThat(BaseModelImages.read(small.root()))
                .hasValueSatisfying(images -> assertThat(images).isEmpty());
        assertThat(bytes(small.root())).isLessThan(20L << 20);
    }

    @Test
    void cache_ofTheBuiltinSmallBase_isAnotherForAnyOtherFile() {
        String version = Builtin.version(name -> name.getBytes(StandardCharsets.UTF_8));

        assertThat(Builtin.FILES)
                .contains("vae/diffusion_pytorch_model.safetensors", "tokenizer/vocab.json")
                .allSatisfy(changed -> assertThat(Builtin.version(
                                name -> (name.equals(changed) ? "x" : name).getBytes(StandardCharsets.UTF_8)))
                        .isNotEqualTo(version));
    }

    @Test
    void source_ofAnUnknownBuiltin_namesThoseThereAre() {
        assertThatThrownBy(() -> new BaseModelSource(new LocalCache(folder), Map.of()).locate("builtin:huge"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("builtin:small");
    }

    private static long bytes(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
