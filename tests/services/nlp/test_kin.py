from actors.services.nlp.kin import kin


def test_kin_is_mutual_and_never_the_word_itself() -> None:
    for word in kin("discov"):
        assert "discov" in kin(word)
        assert word not in kin(word)


def test_most_words_have_no_kin() -> None:
    assert kin("ozon") == ()
