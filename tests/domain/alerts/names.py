"""Names that rules and channels may have."""

from hypothesis import strategies as st

NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t{}\"'\\$"),
    min_size=1,
    max_size=128,
).filter(lambda text: text == text.strip() and text.strip() != "")
