using Tessera.MessagingDefaults;
using Tessera.Payments;
using Tessera.ServiceDefaults;

var builder = ServiceStart.NewBuilder(args);
builder.AddServiceDefaults("payments");
builder.AddMessagingDefaults("payments", messages => messages.ListMessages());
builder.AddPayments();
builder.Services.AddValidation();
var app = builder.Build();
app.MapDefaultEndpoints();
app.MapPayments();
return await app.RunServiceAsync();
