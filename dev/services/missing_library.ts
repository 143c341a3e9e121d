/** Says which library the dynamic linker did not find and which Debian package brings it. */
export function missingLibrary(output: string): string | undefined {
  const library = /error while loading shared libraries: ([^\s:]+)/.exec(output)?.[1];
  if (library === undefined) return undefined;
  const debian = debianPackage(library);
  const install = debian === undefined
    ? "install the package that holds it"
    : `install the package ${debian} (Debian, Ubuntu: sudo apt-get install ${debian})`;
  return `does not start: it lacks ${library}; ${install}`;
}

/** Debian Policy 8.1 names a library's package after its soname: libcurl.so.4 is in libcurl4. */
function debianPackage(library: string): string | undefined {
  const parts = /^(.+)\.so\.(\d+)/.exec(library);
  const [stem, version] = [parts?.[1], parts?.[2]];
  if (stem === undefined || version === undefined) return undefined;
  if (stem === "libcrypto") return `libssl${version}`;
  const name = stem.toLowerCase().replaceAll("_", "-");
  return /\d$/.test(name) ? `${name}-${version}` : `${name}${version}`;
}
