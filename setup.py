"""Only what setup.cfg cannot say: the extension module. Without a C++ compiler the reference kernels are installed."""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CCompilerError, ExecError, PlatformError

_SOURCES = {".h", ".hpp", ".inc", ".pxi"}

NATIVE = Extension(
    "dedup._kernels.native",
    ["dedup/_kernels/native.pyx"],
    depends=sorted(str(path) for path in Path("dedup/_kernels").iterdir() if path.suffix in _SOURCES),
    include_dirs=["dedup/_kernels"],
    language="c++",
    extra_compile_args=["-O3", "-std=c++17"],
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
