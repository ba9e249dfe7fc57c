using Tessera.ServiceDefaults;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("catalog");
var app = builder.Build();
app.MapDefaultEndpoints();
return await app.RunServiceAsync();
