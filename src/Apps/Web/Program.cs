using Tessera.Design;
using Tessera.ServiceDefaults;
using Tessera.Web;
using Tessera.Web.Pages;
using Tessera.Web.Session;

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
