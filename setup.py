"""Only what setup.cfg cannot say: the extension module. Without a C compiler the reference kernels are installed."""

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HEADERS = [f"dedup/_kernels/{name}.h" for name in ("folding", "minhash", "sets", "tokenize", "xxh3")]
NATIVE = Extension(
    "dedup._kernels.native",
    ["dedup/_kernels/native.pyx"],
    depends=HEADERS,
    include_dirs=["dedup/_kernels"],
    extra_compile_args=["-O3"],
    optional=True,
)


class BuildNativeKernels(build_ext):
    """Says plainly what is missing when the extension cannot be built."""

    def run(self) -> None:
        super().run()
        if not all(self.get_ext_fullpath(e.name) and self._built(e) for e in self.extensions):
            print("dedup: no native kernels (no working C compiler?); the reference kernels do the same, slower.")

    def _built(self, extension: Extension) -> bool:
        from pathlib import Path

        return Path(self.get_ext_fullpath(extension.name)).exists()


setup(ext_modules=cythonize([NATIVE]), cmdclass={"build_ext": BuildNativeKernels})
