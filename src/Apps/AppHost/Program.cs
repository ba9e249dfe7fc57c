using Tessera.AppHost;

// The store under Aspire's orchestrator and dashboard. `tessera up` starts the same processes and needs nothing of it.
var builder = DistributedApplication.CreateBuilder(args);
StoreModel.AddTo(builder);
await builder.Build().RunAsync();
