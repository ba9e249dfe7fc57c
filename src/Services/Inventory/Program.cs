using Tessera.MessagingDefaults;
using Tessera.Inventory;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("inventory");
builder.AddMessagingDefaults("inventory", messages => messages.ListMessages());
builder.Services.AddInventory();
builder.Services.AddValidation();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapInventory();
return await app.RunServiceAsync();
