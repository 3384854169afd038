//! Every page with every sample, as text: what the tests of this room read and the browser tests look at.
//!
//! Part of test and debug builds alone; what is shipped has no samples. A new page has its row here.

use super::*;

/// Name and text of each sample of each page.
#[must_use]
pub fn all() -> Vec<(String, askama::Result<String>)> {
    fn pages<T: Template>(name: &str, samples: Vec<T>, out: &mut Vec<(String, askama::Result<String>)>) {
        for (i, page) in samples.iter().enumerate() {
            out.push((format!("{name}-{}", i + 1), page.render()));
        }
    }
    let mut out = Vec::new();
    pages("login", LoginPage::samples(), &mut out);
    pages("error", ErrorPage::samples(), &mut out);
    pages("inbox", InboxPage::samples(), &mut out);
    pages("case", CasePage::samples(), &mut out);
    pages("filing", FilingPage::samples(), &mut out);
    pages("register", RegisterPage::samples(), &mut out);
    pages("desk", DeskPage::samples(), &mut out);
    pages("notices", NoticesPage::samples(), &mut out);
    pages("search", SearchPage::samples(), &mut out);
    pages("account", AccountPage::samples(), &mut out);
    pages("unmask", UnmaskPage::samples(), &mut out);
    pages("styleguide", StyleguidePage::samples(), &mut out);
    pages("accounts", AccountsPage::samples(), &mut out);
    pages("person", PersonPage::samples(), &mut out);
    pages("joining", JoiningPage::samples(), &mut out);
    pages("messages", MessagesPage::samples(), &mut out);
    pages("withdrawals", WithdrawalsPage::samples(), &mut out);
    pages("legacy", LegacyPage::samples(), &mut out);
    pages("callbacks", CallbacksPage::samples(), &mut out);
    pages("callback", CallbackPage::samples(), &mut out);
    pages("refusals", RefusalsPage::samples(), &mut out);
    pages("rebindings", RebindingsPage::samples(), &mut out);
    pages("filing_counter", FilingCounterPage::samples(), &mut out);
    pages("contacts", ContactsPage::samples(), &mut out);
    pages("import", ImportPage::samples(), &mut out);
    pages("overdue", OverduePage::samples(), &mut out);
    pages("audit", AuditPage::samples(), &mut out);
    pages("audit_event", AuditEventPage::samples(), &mut out);
    pages("definitions", DefinitionsPage::samples(), &mut out);
    pages("definition", DefinitionPage::samples(), &mut out);
    pages("calendar", CalendarPage::samples(), &mut out);
    pages("areas", AreasPage::samples(), &mut out);
    pages("jobs", JobsPage::samples(), &mut out);
    pages("second_factor", SecondFactorPage::samples(), &mut out);
    pages("kept", KeptPage::samples(), &mut out);
    pages("claims", ClaimsPage::samples(), &mut out);
    pages("parties", PartiesPage::samples(), &mut out);
    pages("supervisions", SupervisionsPage::samples(), &mut out);
    pages("listing_desk", ListingDeskPage::samples(), &mut out);
    pages("receivers", ReceiversPage::samples(), &mut out);
    pages("receiver", ReceiverPage::samples(), &mut out);
    pages("announcements", AnnouncementsPage::samples(), &mut out);
    pages("announcement_batches", AnnouncementBatchesPage::samples(), &mut out);
    pages("public_announcements", PublicAnnouncementsPage::samples(), &mut out);
    pages("dashboard", DashboardPage::samples(), &mut out);
    pages("clock", ClockPage::samples(), &mut out);
    pages("money", MoneyReportPage::samples(), &mut out);
    pages("casebook", CasebookPage::samples(), &mut out);
    pages("exports", ExportsPage::samples(), &mut out);
    pages("export", ExportPage::samples(), &mut out);
    pages("bulletins", BulletinsPage::samples(), &mut out);
    pages("bulletin", BulletinPageView::samples(), &mut out);
    pages("campaigns", CampaignsPage::samples(), &mut out);
    pages("campaign", CampaignPage::samples(), &mut out);
    pages("handover", HandoverPage::samples(), &mut out);
    pages("gradings", GradingsPage::samples(), &mut out);
    pages("conduct", ConductPage::samples(), &mut out);
    pages("employers", EmployersPage::samples(), &mut out);
    pages("employer", EmployerPage::samples(), &mut out);
    pages("draws", DrawsPage::samples(), &mut out);
    pages("outbox", OutboxPage::samples(), &mut out);
    pages("draw", DrawPage::samples(), &mut out);
    pages("calls", CallsPage::samples(), &mut out);
    pages("call", CallPage::samples(), &mut out);
    pages("employer_login", DoorLoginPage::samples(), &mut out);
    pages("employer_home", DoorHomePage::samples(), &mut out);
    pages("employer_paper", DoorPaperPage::samples(), &mut out);
    pages("submissions", SubmissionsPage::samples(), &mut out);
    pages("submission", SubmissionPage::samples(), &mut out);
    pages("served_paper", ServedPaperPage::samples(), &mut out);
    pages("public_listings", PublicListingsPage::samples(), &mut out);
    pages("public_paper", PublicPaperPage::samples(), &mut out);
    out.extend(crate::web::h5::view::samples::all());
    out.extend(samples_long::all().into_iter().map(|(name, html)| (name.to_owned(), html)));
    out
}
