using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;
using Tessera.Webhooks;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("webhooks");
builder.AddMessagingDefaults("webhooks", messages => messages.ListMessages());
builder.AddWebhooks();
builder.Services.AddValidation();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapWebhooks();
return await app.RunServiceAsync();
