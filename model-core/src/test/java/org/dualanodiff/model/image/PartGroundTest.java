package org.dualanodiff.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartGroundTest {

    @Test
    void grey_isZeroInTheModelsUnits() {
        assertThat(PartGround.parse("grey")).isEqualTo(PartGround.GREY);
        assertThat(PartGround.GREY.picture(3)).hasSize(27).containsOnly(0f);
        assertThat(PartGround.GREY.level(1)).isEqualTo(127.5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey", "#000000", "#5353ac", "#808080", "#ffffff"})
    void color_asText_isReadBack(String color) {
        assertThat(PartGround.parse(color)).hasToString(color);
    }

    @Test
    void pixels_ofAColor_areItsLevels() {
        assertThat(PartGround.parse("#5301ac").pixels(2, 1).levels())
                .containsExactly((byte) 0x53, (byte) 0x53, (byte) 1, (byte) 1, (byte) 0xac, (byte) 0xac);
    }

    @Test
    void around_aDefect_isTheImageOnItAndTheGroundElsewhere() {
        PartGround ground = PartGround.parse("#5301ac");
        Image image = new Image(2, 1, 3, new byte[] {10, 20, 30, 40, 50, 60});
        Image mask = new Image(2, 1, 1, new byte[] {0, 1});

        assertThat(ground.around(image, mask).levels())
                .containsExactly((byte) 0x53, (byte) 20, (byte) 1, (byte) 40, (byte) 0xac, (byte) 60);
        assertThat(ground.around(image.signed(), mask.unit()))
                .isEqualTo(ground.around(image, mask).signed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gray", "#5353a", "5353ac", "#5353ag", "#5353acff"})
    void parse_ofNoColor_saysWhatIsOne(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PartGround.parse(text))
                .withMessageContainingAll("#rrggbb", "\"" + text + "\"");
    }
}
