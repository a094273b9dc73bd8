import ts from 'typescript';

/** The program as the compiler sees it, without its libraries: reading their types would take most of the time. */
export function programOf(configFile: string): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(
    configFile,
    { noEmit: true, incremental: false, types: [] },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  if (!config) throw new Error(`${configFile} cannot be read`);
  return withoutLibraries(config.fileNames, config.options, ts.createCompilerHost(config.options));
}

/** A program of files that exist in memory only: path -> content. */
export function programInMemory(files: Record<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    experimentalDecorators: true,
    strict: true,
    noLib: true,
    types: [],
  };
  const content = new Map(Object.entries(files).map(([file, text]) => [`/${file}`, text]));
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    getCurrentDirectory: () => '/',
    fileExists: (file) => content.has(file),
    directoryExists: () => true,
    readFile: (file) => content.get(file),
    getSourceFile: (file, settings) => {
      const text = content.get(file);
      return text === undefined ? undefined : ts.createSourceFile(file, text, settings);
    },
  };
  return withoutLibraries([...content.keys()], options, host);
}

function withoutLibraries(
  files: readonly string[],
  options: ts.CompilerOptions,
  host: ts.CompilerHost,
): ts.Program {
  host.resolveModuleNameLiterals = (names, containingFile, redirected, settings) =>
    names.map(({ text }) =>
      text.startsWith('.')
        ? ts.resolveModuleName(text, containingFile, settings, host, undefined, redirected)
        : { resolvedModule: undefined },
    );
  return ts.createProgram({ rootNames: files, options, host });
}
