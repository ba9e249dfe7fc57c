using Tessera.Cli;

return await CommandLine.RunAsync(args);
