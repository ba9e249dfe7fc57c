using Tessera.PageDefaults;

namespace Tessera.Web.Pages;

internal static class ShowProduct
{
    public static async Task<IResult> Handle(
        string sku, Visit visit, ProductDesk desk, TypedForms forms, CancellationToken stop, bool added = false)
    {
        var typed = await forms.TakeAsync(visit.Context, ChangeBasket.AddPath) is { } kept
            ? TypedQuantity.Of(kept, "form.kept")
            : null;
        return await desk.ShowAsync(sku, stop, typed, added);
    }
}
