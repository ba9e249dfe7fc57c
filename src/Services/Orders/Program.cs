using Tessera.MessagingDefaults;
using Tessera.Orders;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("orders");
builder.AddMessagingDefaults("orders", messages => messages.ListMessages());
builder.AddOrders();
builder.Services.AddValidation();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapOrders();
return await app.RunServiceAsync();
