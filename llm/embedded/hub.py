"""Models of the Hugging Face hub: what a repository has, what of it is here already, and fetching the rest.

The library does the transfer. It goes on where a connection breaks off, keeps to HF_ENDPOINT, HF_HOME,
HF_HUB_OFFLINE and HF_TOKEN, and shows a bar on a terminal. What a run that was stopped has fetched is kept
here, and so is what arrives held against the sha256 that the hub announces: the library does neither.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from pathlib import Path
from types import ModuleType

from errors import UserError
from llm.embedded.picking import GB, GgufFile

_PIECE = 8_000_000
A_FILE_OF_YOURS = "write model = FILE.gguf for one that you have"


class Repository:
    """A repository of the hub; raises UserError where the library is not installed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._hub = _library()

    @property
    def place(self) -> str:
        """Its page."""
        return f"{self._hub.constants.ENDPOINT}/{self.name}"

    @property
    def cache(self) -> Path:
        """The folder that the library keeps downloads in."""
        return Path(self._hub.constants.HF_HUB_CACHE)

    def here(self) -> list[GgufFile]:
        """The GGUF files of it that were fetched before; sends no request."""
        try:
            kept = self._hub.scan_cache_dir().repos
        except self._hub.errors.CacheNotFound:
            return []
        revisions = [each for repo in kept if repo.repo_id == self.name for each in repo.revisions]
        if not revisions:
            return []
        newest = max(revisions, key=lambda each: ("main" in each.refs, each.last_modified))
        found = ((file.file_path.relative_to(newest.snapshot_path).as_posix(), file) for file in newest.files)
        return [
            GgufFile(name, file.size_on_disk, path=file.file_path)
            for name, file in sorted(found)
            if name.endswith(".gguf")
        ]

    def listing(self) -> list[GgufFile]:
        """The GGUF files that the hub has; raises UserError where it cannot tell."""
        here = {each.name: each.path for each in self.here()}
        try:
            told = self._hub.HfApi().model_info(self.name, files_metadata=True)
        except self._errors as error:
            raise self._refusal(error) from error
        return [
            GgufFile(
                each.rfilename, each.size or 0, each.lfs.sha256 if each.lfs else "", here.get(each.rfilename)
            )
            for each in told.siblings or ()
            if each.rfilename.endswith(".gguf")
        ]

    def refuse_little_room(self, size: int) -> None:
        """Raise UserError where the disk has no room for this many bytes."""
        folder = next((each for each in (self.cache, *self.cache.parents) if each.exists()), Path())
        free = shutil.disk_usage(folder).free
        if free < size:
            raise UserError(
                f"{self.name} takes {size / GB:.1f} GB, and {folder} has room for {free / GB:.1f} GB: make "
                "room, or name another folder as HF_HOME in the environment"
            )

    def fetch(self, file: GgufFile) -> Path:
        """Fetch a file, whole and as announced; where it is then. Raises UserError."""
        if file.path is not None:
            return file.path
        try:
            if file.sha256:
                self._fetch_blob(file)
            return Path(self._hub.hf_hub_download(self.name, file.name))
        except self._errors as error:
            raise self._refusal(error) from error

    def _fetch_blob(self, file: GgufFile) -> None:
        """Fetch the bytes of a file to where the library keeps them, from where an earlier run was stopped.

        The library itself begins anew in each run, and leaves what a run that was stopped has fetched.
        """
        download = self._hub.file_download
        folder = self.cache / download.repo_folder_name(repo_id=self.name, repo_type="model") / "blobs"
        whole, part = folder / file.sha256, folder / f"{file.sha256}.incomplete"
        if whole.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as target:
            download.http_get(
                self._hub.hf_hub_url(self.name, file.name),
                target,
                resume_size=target.tell(),
                headers=self._hub.utils.build_hf_headers(),
                expected_size=file.size,
                displayed_filename=file.name,
            )
        if _sha256(part) != file.sha256:
            part.unlink()
            raise UserError(
                f"{file.name} of {self.place} arrived with other bytes than announced, and was deleted: run "
                f"again, or {A_FILE_OF_YOURS}"
            )
        part.replace(whole)

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        """The errors of the library, and of the library by which it transfers large files."""
        return OSError, ValueError, RuntimeError, self._hub.errors.HTTPError

    def _refusal(self, error: Exception) -> UserError:
        """What the user is told of an error of the library."""
        errors, hub = self._hub.errors, self._hub.constants.ENDPOINT
        # The library wraps what happened in an error that says that the file is not here either.
        cause = error.__cause__ if isinstance(error, errors.LocalEntryNotFoundError) else None
        found = cause or error
        if isinstance(found, errors.OfflineModeIsEnabled):
            said = f"{self.name} is not on this computer, and HF_HUB_OFFLINE forbids to fetch it: unset it"
        elif isinstance(found, errors.GatedRepoError):
            said = (
                f"{self.name} is given to those who accept its conditions: accept them at {self.place}, and "
                "put a token of your account into the environment as HF_TOKEN"
            )
        elif isinstance(found, errors.RepositoryNotFoundError):
            said = (
                f"{hub} has no model {self.name}, or does not show it to you: correct model in config.ini, "
                "or put a token of your account into the environment as HF_TOKEN"
            )
        elif isinstance(found, errors.HFValidationError):
            said = f"{self.name} is no name of a model of {hub}: write owner/name"
        elif isinstance(found, errors.HfHubHTTPError):
            said = f"{hub} refuses {self.name} (status {found.response.status_code}): try again later"
        elif isinstance(found, OSError) and found.errno == errno.ENOSPC:
            said = f"the disk of {self.cache} is full: make room there"
        elif isinstance(found, PermissionError):
            said = f"{found.filename} cannot be written: correct its permissions, or name another HF_HOME"
        elif isinstance(found, OSError) and "Consistency check failed" in str(found):
            said = f"the download of {self.name} broke off: check the network, and run again"
        else:
            why = " ".join(str(found).split())[:200] or type(found).__name__
            said = f"{hub} cannot be reached ({why}): check the network, and run again"
        return UserError(f"{said}, or {A_FILE_OF_YOURS}")


def _library() -> ModuleType:
    try:
        import huggingface_hub.file_download
    except ImportError:
        raise UserError(
            "models are fetched with huggingface_hub: pip install -r requirements-embedded.txt, or "
            f"{A_FILE_OF_YOURS}"
        ) from None
    library: ModuleType = huggingface_hub
    return library


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
