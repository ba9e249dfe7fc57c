using Tessera.Flow;

// A role of the child processes; anything else is the driver. See bench/README.md.
return await Roles.TryRunAsync(args) ? 0 : await Driver.RunAsync(args);
