using Tessera.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("gateway");
var app = builder.Build();
app.MapDefaultEndpoints();
return await app.RunServiceAsync();
