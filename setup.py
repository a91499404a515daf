"""Only what setup.cfg cannot say: the extension module. Without a C compiler the reference kernels are installed."""

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CCompilerError, ExecError, PlatformError

HEADERS = [f"dedup/_kernels/{name}.h" for name in ("folding", "minhash", "sets", "tokenize", "xxh3")]
NATIVE = Extension(
    "dedup._kernels.native",
    ["dedup/_kernels/native.pyx"],
    depends=HEADERS,
    include_dirs=["dedup/_kernels"],
    extra_compile_args=["-O3"],
)


class BuildNativeKernels(build_ext):
    """Goes on without the extension where it cannot be built, and says so."""

    def build_extension(self, extension: Extension) -> None:
        try:
            super().build_extension(extension)
        except (CCompilerError, ExecError, PlatformError, OSError) as error:
            print(f"dedup: native kernels not built ({error}); the reference kernels do the same, only slower.")
            self.extensions.remove(extension)


setup(ext_modules=cythonize([NATIVE]), cmdclass={"build_ext": BuildNativeKernels})
