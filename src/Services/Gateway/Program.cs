using Tessera.Gateway;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("gateway");
builder.AddGateway();
var app = builder.Build();
app.UseMiddleware<LogAccess>();
app.UseMiddleware<StripHeaders>();
app.MapDefaultEndpoints(described: false);
app.UseMiddleware<LimitRate>();
app.UseRequestTimeouts();
app.MapGateway();
return await app.RunServiceAsync();
