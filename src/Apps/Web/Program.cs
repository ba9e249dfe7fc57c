using Tessera.Design;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Pages;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("web", takesTokens: false);
builder.AddPages();
var app = builder.Build();
app.UseMiddleware<TakeStoreAddress>();
app.MapDefaultEndpoints(described: false);
app.UseMiddleware<SetPageHeaders>();
app.UseMiddleware<RefuseForeignForms>();
app.UseMiddleware<ShowFaults>();
app.MapAssets();
app.MapSession();
app.MapPages();
return await app.RunServiceAsync();
