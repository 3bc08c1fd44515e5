package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.util.List;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.MaskSource.RunLengthMask;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.junit.jupiter.api.Test;

class DefectSetTest {

    @Test
    void fingerprint_ofSameFilesUnderAnotherRoot_isTheSame() {
        assertThat(set("file:/a/", image("file:/a/", "0.png", "11", "22")).fingerprint())
                .isEqualTo(
                        set("s3a://b/", image("s3a://b/", "0.png", "11", "22")).fingerprint())
                .matches("[0-9a-f]{64}");
    }

    @Test
    void fingerprint_ofAnyOtherTraining_differs() {
        List<String> prints = List.of(
                set("t").fingerprint(),
                set("t", image("file:/a/", "0.png", "11", "22")).fingerprint(),
                set("t", image("file:/a/", "1.png", "11", "22")).fingerprint(),
                set("t", image("file:/a/", "0.png", "12", "22")).fingerprint(),
                set("t", image("file:/a/", "0.png", "11", "23")).fingerprint(),
                set("t", image("file:/a/", "0.png1", "1", "22")).fingerprint());

        assertThat(prints).doesNotHaveDuplicates();
    }

    @Test
    void dataset_throughSerialization_staysEqual() throws Exception {
        DefectImage drawn =
                new DefectImage("1.png", URI.create("file:/a/1.png"), new RunLengthMask(4, 2, "323"), 4, 2, "33", "44");
        DefectSet set = set("t", image("file:/a/", "0.png", "11", "22"), drawn);
        Dataset dataset = new Dataset(
                List.of(set),
                List.of(new GoodImages("tile", List.of(URI.create("file:/g.png")), List.of())),
                List.of(new Quarantined("tile", "crack", "tile/test/crack/1.png", Reason.MASK_EMPTY, "none")),
                List.of("a note"));

        assertThat(copy(dataset)).isEqualTo(dataset);
        assertThat(copy(new DatasetRequest("r", List.of("b", "a", "b"), List.of(), new SplitRule.FirstThird())))
                .isEqualTo(new DatasetRequest("r", List.of("a", "b"), List.of(), new SplitRule.FirstThird()));
    }

    private static DefectSet set(String defect, DefectImage... training) {
        return new DefectSet("tile", defect, List.of(training), List.of(), List.of(), List.of());
    }

    private static DefectImage image(String root, String name, String sha, String maskSha) {
        return new DefectImage(
                name,
                URI.create(root + name),
                new MaskFile(URI.create(root + "m.png"), MaskFile.BLACK_AND_WHITE),
                8,
                8,
                sha,
                maskSha);
    }

    private static Object copy(Object original) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(original);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }
}
