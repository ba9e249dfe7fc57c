using Tessera.PageDefaults;

namespace Tessera.Web.Pages;

internal static class ShowProduct
{
    public static async Task<IResult> Handle(
        string sku, Visit visit, ProductDesk desk, TypedForms forms, CancellationToken stop, bool added = false)
    {
        // All products send to one path.
        var typed = await forms.TakeAsync(visit.Context, ChangeBasket.AddPath, form => form["sku"] == sku) is { } kept
            ? TypedQuantity.Of(kept, "form.kept")
            : null;
        return await desk.ShowAsync(sku, stop, typed, added);
    }
}
