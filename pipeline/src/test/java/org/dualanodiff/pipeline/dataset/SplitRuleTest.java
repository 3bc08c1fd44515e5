package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitRuleTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 1", "3, 1", "5, 1", "6, 2", "20, 6"})
    void firstThird_ofNames_roundsDownButKeepsOne(int names, int training) {
        assertThat(new SplitRule.FirstThird().training("tile", "crack", names(names)))
                .isEqualTo(names(training));
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "9, 5"})
    void first_ofFiveNames_takesAtMostAll(int count, int training) {
        assertThat(new SplitRule.First(count).training("tile", "crack", names(5)))
                .isEqualTo(names(training));
    }

    @Test
    void first_ofNone_isRefused() {
        assertThatThrownBy(() -> new SplitRule.First(0))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("at least 1, was 0");
    }

    @Test
    void listed_ofJson_takesThoseNamesInOrder() throws IOException {
        SplitRule rule = load("{\"tile\": {\"crack\": [\"003.png\", \"001.png\"], \"dent\": []}}");

        assertThat(rule.training("tile", "crack", names(5))).containsExactly("001.png", "003.png");
        assertThat(rule.training("tile", "dent", names(5))).isEmpty();
        assertThat(rule.training("wood", "hole", names(5))).isEmpty();
    }

    @Test
    void listed_ofMissingImages_namesThemAll() throws IOException {
        SplitRule rule = load("{\"tile\": {\"crack\": [\"001\", \"000.png\", \"099.png\"]}}");

        assertThatThrownBy(() -> rule.training("tile", "crack", names(5)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("split.json")
                .hasMessageContaining("tile/crack: 001, 099.png");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{\"tile\": [\"000.png\"]}", "{\"tile\": null}", "{\"tile\": {\"crack\": [null]}}", "{"
            })
    void listed_ofOtherJson_showsTheForm(String json) {
        assertThatThrownBy(() -> load(json))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("split.json")
                .hasMessageContaining("{\"category\": {\"defect\":");
    }

    @Test
    void listed_ofMissingFile_namesIt() {
        assertThatThrownBy(() -> SplitRule.Listed.load(folder.resolve("none.json")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("none.json");
    }

    private SplitRule load(String json) throws IOException {
        return SplitRule.Listed.load(Files.writeString(folder.resolve("split.json"), json));
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj("%03d.png"::formatted).toList();
    }
}
