"""Text that is shown as Markdown without acting as it."""

import string


def escape_markdown(text: str) -> str:
    """Text from a URL, a run's file or the system, with everything escaped that Markdown would act on."""
    escaped = "".join(f"\\{c}" if c in string.punctuation else c for c in " ".join(text.split()))
    return escaped.replace("\\:", "\\:\u2060")  # a word joiner: Streamlit's :icons: and links heed no backslash
