"""Every error Handrail raises on purpose.

    HandrailError
     ├─ SettingsError             a setting is unknown, misspelt or out of range
     ├─ KnowledgeError            the knowledge folder cannot be used
     │   └─ ArticleError          one article is broken; names the file and the line of front matter
     ├─ SnapshotError             the passage index
     │   ├─ NoSnapshot            nothing has been published yet
     │   └─ SnapshotDamaged       truncated, half-built or written by another version
     ├─ PublishBusy               another sync holds the publishing lock
     ├─ ReportError               a file is no eval report
     ├─ EmbedderUnavailable       the embedding model cannot be loaded
     ├─ ChatModelError            the chat model
     │   ├─ ChatModelUnavailable  down, slow, refused
     │   ├─ ChatModelNonsense     answered, but not with what was asked for
     │   └─ PromptTooLong         more than the model's context holds; says how much fits
     ├─ OrderError                the shop system
     │   ├─ OrderNotFound         no such order, or not this customer's: told apart nowhere
     │   ├─ ShopUnreachable       down, slow, refused
     │   └─ ShopNonsense          answered something that is no order
     ├─ IdentityError             a token is missing, expired, forged or of the wrong kind
     ├─ TooManyTries              a limit on guesses is used up; says when to come back
     ├─ StorageUnavailable        the database does not answer
     ├─ NotFound                  a conversation, ticket or turn that does not exist (for this caller)
     ├─ MessageTooLong            a customer's message exceeds the limit
     ├─ NotAllowed                signed in, but not for this
     ├─ TooManyRequests           a limit is reached; says when to come back
     ├─ TooBusy                   this process keeps no more streams open; come back, or ask another one
     └─ Conflict                  the state has moved on: a ticket is taken, an id was used for another text

The message of each says what is wrong and what to do about it.
"""


class HandrailError(Exception):
    """Base of all errors raised on purpose."""


class SettingsError(HandrailError):
    """A setting is unknown, misspelt or out of range."""


class KnowledgeError(HandrailError):
    """The knowledge folder cannot be used."""


class ArticleError(KnowledgeError):
    """One article is broken.

    Args:
        path: the file, relative to the knowledge folder.
        why: what is wrong and what to do.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class SnapshotError(HandrailError):
    """The passage index cannot serve."""


class NoSnapshot(SnapshotError):  # noqa: N818 - reads as the fact it states
    """Nothing has been published yet; `handrail sync` does that."""


class SnapshotDamaged(SnapshotError):  # noqa: N818
    """A snapshot is truncated, half-built or from another version; `handrail sync` writes a new one."""


class PublishBusy(HandrailError):  # noqa: N818
    """Another sync holds the publishing lock."""


class ReportError(HandrailError):
    """A file is no eval report that can be read."""


class EmbedderUnavailable(HandrailError):  # noqa: N818
    """The embedding model cannot be loaded."""


class ChatModelError(HandrailError):
    """The chat model gave nothing that can be used."""


class ChatModelUnavailable(ChatModelError):  # noqa: N818
    """The chat model is down, slow or refuses."""


class ChatModelNonsense(ChatModelError):  # noqa: N818
    """The chat model answered, but not with what was asked for."""


class PromptTooLong(ChatModelError):  # noqa: N818
    """The prompt and the room for an answer exceed the model's context.

    Args:
        why: what is wrong and what to do.
        characters: the longest prompt that fits.
    """

    def __init__(self, why: str, characters: int) -> None:
        super().__init__(why)
        self.characters = characters


class OrderError(HandrailError):
    """The shop system gave no order."""


class OrderNotFound(OrderError):  # noqa: N818
    """No such order, or not this customer's: the two are never told apart."""


class ShopUnreachable(OrderError):  # noqa: N818
    """The shop system is down, slow or refuses."""


class ShopNonsense(OrderError):  # noqa: N818
    """The shop system answered something that is no order."""


class IdentityError(HandrailError):
    """A token is missing, expired, forged or of the wrong kind."""


class TooManyTries(HandrailError):  # noqa: N818
    """A limit on guesses is used up.

    Args:
        retry_after: seconds until the next try is allowed, at least 1.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many tries; wait {retry_after} seconds and try again")
        self.retry_after = retry_after


class StorageUnavailable(HandrailError):  # noqa: N818
    """The database does not answer."""


class NotFound(HandrailError):  # noqa: N818
    """A conversation, ticket or turn that does not exist for this caller."""


class Conflict(HandrailError):  # noqa: N818
    """The state has moved on since the caller looked."""


class MessageTooLong(HandrailError):  # noqa: N818
    """A customer's message exceeds the limit."""


class NotAllowed(HandrailError):  # noqa: N818
    """Signed in, but not for this; or the CSRF token is missing."""


class TooManyRequests(HandrailError):  # noqa: N818
    """A limit is reached.

    Args:
        retry_after: seconds until it is worth another try, at least 1.
        limit: which one, in a word.
    """

    def __init__(self, retry_after: int, limit: str) -> None:
        super().__init__(f"too many requests; try again in {retry_after} seconds")
        self.retry_after = retry_after
        self.limit = limit


class TooBusy(HandrailError):  # noqa: N818
    """As many streams are open as this process keeps."""
